"""The oracle: one sequence of calls on the target and on a mock that mirrors it, the answers compared."""
