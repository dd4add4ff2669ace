"""The judge: knows a contract file and a URL, and says whether what answers there keeps the contract."""
