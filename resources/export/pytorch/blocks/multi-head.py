class MultiHead(HeadsAttention):
    """Multi-head attention within one sequence."""

    def __init__(self, width, **options):
        super().__init__(width, width, **options)

    def forward(self, x, padding=None):
        """x (B, T, d), padding (B, T) with 1 for real tokens → (B, T, d)"""
        return super().forward(x, x, padding)
