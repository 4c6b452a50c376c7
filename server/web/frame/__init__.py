"""What every page stands on: who reads, in what language, how it is drawn, and how a post may act."""
