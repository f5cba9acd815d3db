"""Many independent runs at once."""

from joblib import Parallel, delayed
from tqdm import tqdm


def sweep(function, cells, n_jobs=-1):
    """``[function(**cell) for cell in cells]``, on several processors and with a progress bar.

    Parameters
    ----------
    function : callable
        Takes the cell's entries as keyword arguments, a seed among them if it is random.
    cells : list of dict
    n_jobs : int
        How many processes; -1 stands for one per processor.

    Returns
    -------
    list
        The results, in the order of the cells.
    """
    results = Parallel(n_jobs=n_jobs, return_as="generator")(delayed(function)(**cell) for cell in cells)
    return list(tqdm(results, total=len(cells), delay=2))
