"""How sharp the suite is: broken variants of the mock, and which of them the suite tells from the sound one."""
