"""The small module under the book *Direction and Magnitude*.

Floors, each importing only from those below:

==  =====================================  ==============================================
4   `figures`, `manopt`, `sweep`,          the book's style; pymanopt's optimizers; many runs at once;
    `explorers`                            live figures
3   `run`, `checks`                        the one loop that iterates and records; checks for the problem sets
2   `methods`, `theory`                    one pure step per algorithm; one function per theorem
1   `problem`, `images`                    planted truths, `Problem`; real data
0   `sensing`, `stiefel`                   measurement operators; the Stiefel manifold
==  =====================================  ==============================================
"""
