"""Customers as numbers, in an order and in folds that no file can sway."""
