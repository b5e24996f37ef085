"""Has the list, or the model, moved: drift, quality, estimated and real performance, advice."""
