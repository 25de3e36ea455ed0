"""What the server keeps for its users: conversations, links to answers and judgements of them."""
