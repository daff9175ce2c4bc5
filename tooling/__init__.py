"""What dev.py is made of: standard library only, nothing here is part of the product."""
