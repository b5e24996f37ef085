"""A scored list becomes a campaign within a budget; outcomes become measured lift."""
