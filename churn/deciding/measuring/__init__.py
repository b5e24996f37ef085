"""What an offer changed, against those who did not get it, and what is learnt from that."""
