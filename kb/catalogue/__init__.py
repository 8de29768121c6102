"""What all plans share: sources and what they say, organisations and posts, the vocabulary."""
