"""What the judge is measured by: the reference implementation with one defect each, or one legitimate difference."""
