"""What a request says about itself, believed only as far as is safe: its id, its address, its scheme, its host."""
