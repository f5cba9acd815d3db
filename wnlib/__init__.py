"""The small module under the book *Direction and Magnitude*.

Floors, each importing only from those below:

==  =====================================  ==============================================
4   `figures`                              the book's style and its convergence plot
3   `run`                                  the one loop that iterates and records
2   `methods`, `theory`                    one pure step per algorithm; one function per theorem
1   `problem`                              planted truths, a photograph, `Problem`
0   `sensing`, `stiefel`                   measurement operators; the Stiefel manifold
==  =====================================  ==============================================
"""
