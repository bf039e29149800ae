"""Generated plan families and the measurements made on them."""
