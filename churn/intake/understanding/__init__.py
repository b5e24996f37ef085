"""What the columns and rows mean: told, remembered, guessed or asked, and settled before a cell is changed."""
