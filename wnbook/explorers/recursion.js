// Theorem B: weight normalization in the population case, with μ = 2 and Θ = XᵀAX from the start, as a recursion for
// the small matrix T. The truth is A = diag(λ_1, …, λ_{r_A}, 0, …, 0); as in `wnlib.theory`.
import { matrix, identity, entry, transpose, sym, rows, add, multiply, solve } from "./linalg.js";

/** T = B^{-1} - I at X, with B = ΦΦᵀ and Φ the first `rank` rows of X. */
export function squaredTangents(X, rank) {
  const Phi = rows(X, 0, rank);
  const sines = add(
    matrix(X.rows, rank, (i, j) => (i === j ? 1 : 0)),
    multiply(X, transpose(Phi)),
    -1,
  );
  return sym(solve(multiply(Phi, transpose(Phi)), multiply(transpose(sines), sines)));
}

/** K = T(I + T)^{-1} = I - B. */
export const missing = (T) => sym(solve(add(identity(T.rows), T), T));

/** T⁺ = R T Rᵀ with R = I - η(D^{-1} + ηK)^{-1}, where D^{-1} = Λ^{-1}(I + T)Λ^{-1}. */
export function recursion(T, eigenvalues, eta, K = missing(T)) {
  const n = T.rows;
  const I = identity(n);
  const inverse = matrix(n, n, (i, j) => (entry(I, i, j) + entry(T, i, j)) / (eigenvalues[i] * eigenvalues[j]));
  const R = add(I, solve(add(inverse, K, eta), I), -eta);
  return sym(multiply(multiply(R, T), transpose(R)));
}

/** f = ¼‖XΘXᵀ - A‖_F². */
export function lossAt(T, eigenvalues, K = missing(T)) {
  let loss = 0;
  for (let i = 0; i < K.rows; i++) {
    loss += 2 * eigenvalues[i] ** 2 * entry(K, i, i);
    for (let j = 0; j < K.rows; j++) loss -= eigenvalues[i] * eigenvalues[j] * entry(K, i, j) ** 2;
  }
  return Math.max(loss, 0) / 4;
}
