"""Which lines of which pages a part of the contract is based on."""
