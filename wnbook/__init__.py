"""What the book shows: its figures, its pictures, the checks of its problem sets, its live explorers."""
