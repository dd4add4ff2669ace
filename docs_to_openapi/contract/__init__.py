"""What all pages state → one contract, with names and the overlay."""
