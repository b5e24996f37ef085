"""The score book: who was scored, planned, held out and exported, what happened, and which mappings were confirmed."""
