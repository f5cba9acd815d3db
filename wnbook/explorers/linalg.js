// Small dense linear algebra and seeded random numbers: what the explorers compute with.
// A matrix is { rows, cols, data }, data an array, row after row. (Where matrices are small and many, as in recursions,
// a Float64Array takes more time to make than to compute with.)

export const zeros = (rows, cols) => ({ rows, cols, data: new Array(rows * cols).fill(0) });

/** Matrix with the entries f(i, j). */
export function matrix(rows, cols, f) {
  const A = zeros(rows, cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) A.data[i * cols + j] = f(i, j);
  return A;
}

export const diagonal = (values) => matrix(values.length, values.length, (i, j) => (i === j ? values[i] : 0));
export const identity = (n) => matrix(n, n, (i, j) => (i === j ? 1 : 0));
export const entry = (A, i, j) => A.data[i * A.cols + j];
export const transpose = (A) => matrix(A.cols, A.rows, (i, j) => entry(A, j, i));
export const sym = (A) => matrix(A.rows, A.cols, (i, j) => (entry(A, i, j) + entry(A, j, i)) / 2);

/** Rows `from` to `to`, without `to`. */
export const rows = (A, from, to) => ({
  rows: to - from,
  cols: A.cols,
  data: A.data.slice(from * A.cols, to * A.cols),
});

/** A + c B. */
export function add(A, B, c = 1) {
  const C = zeros(A.rows, A.cols);
  for (let k = 0; k < C.data.length; k++) C.data[k] = A.data[k] + c * B.data[k];
  return C;
}

/** A B. */
export function multiply(A, B) {
  const C = zeros(A.rows, B.cols);
  for (let i = 0; i < A.rows; i++) {
    for (let k = 0; k < A.cols; k++) {
      const a = A.data[i * A.cols + k];
      for (let j = 0; j < B.cols; j++) C.data[i * B.cols + j] += a * B.data[k * B.cols + j];
    }
  }
  return C;
}

/** ⟨A, B⟩, the sum of the products of their entries. */
export const inner = (A, B) => A.data.reduce((sum, a, k) => sum + a * B.data[k], 0);

/** A^{-1} B, by elimination with pivoting. */
export function solve(A, B) {
  const n = A.rows;
  const a = A.data.slice();
  const X = { rows: n, cols: B.cols, data: B.data.slice() };
  const x = X.data;
  const p = B.cols;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k])) pivot = i;
    for (let j = 0; j < n; j++) [a[k * n + j], a[pivot * n + j]] = [a[pivot * n + j], a[k * n + j]];
    for (let j = 0; j < p; j++) [x[k * p + j], x[pivot * p + j]] = [x[pivot * p + j], x[k * p + j]];
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k] / a[k * n + k];
      for (let j = k; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
      for (let j = 0; j < p; j++) x[i * p + j] -= factor * x[k * p + j];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = 0; j < p; j++) {
      for (let k = i + 1; k < n; k++) x[i * p + j] -= a[i * n + k] * x[k * p + j];
      x[i * p + j] /= a[i * n + i];
    }
  }
  return X;
}

/** Q of the thin QR decomposition whose R has a positive diagonal: Gram and Schmidt, each column twice. */
export function orthonormal(A) {
  const Q = { rows: A.rows, cols: A.cols, data: A.data.slice() };
  const q = Q.data;
  const n = A.cols;
  for (let j = 0; j < n; j++) {
    for (let twice = 0; twice < 2; twice++) {
      for (let k = 0; k < j; k++) {
        let product = 0;
        for (let i = 0; i < A.rows; i++) product += q[i * n + k] * q[i * n + j];
        for (let i = 0; i < A.rows; i++) q[i * n + j] -= product * q[i * n + k];
      }
    }
    let length = 0;
    for (let i = 0; i < A.rows; i++) length += q[i * n + j] ** 2;
    for (let i = 0; i < A.rows; i++) q[i * n + j] /= Math.sqrt(length);
  }
  return Q;
}

/** Source of independent standard normal numbers (Box and Muller over mulberry32). */
export function normals(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
