class CrossAttention(HeadsAttention):
    """Queries from one sequence, keys and values from another, the memory."""
