"""What a run leaves behind; every text passes through the run's redactor before it is written."""
