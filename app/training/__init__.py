"""The parts of the screen Training: who left, what may leak, the job that learns, the report, the shelf."""
