/* Products of matrices as CBLAS declares them: honest ones, and one of each with a fault. */
#include <stddef.h>

enum { ROW_MAJOR = 101, NOT_TRANSPOSED = 111 };

static long at(int i, int n, int inc) { return (long)(inc > 0 ? i : i - n + 1) * inc; }

/* The element (i, j) of op(M). */
static float element(const float *m, int order, int transpose, int leading, int i, int j) {
    int by_rows = (order == ROW_MAJOR) == (transpose == NOT_TRANSPOSED);
    return by_rows ? m[(size_t)i * leading + j] : m[(size_t)j * leading + i];
}

static float scaled(float beta, float old) { return beta == 0 ? 0 : beta * old; }

static void gemv(int terms_left_out, int order, int transpose, int rows, int columns, float alpha,
                 const float *a, int lda, const float *x, int incx, float beta, float *y, int incy) {
    int m = transpose == NOT_TRANSPOSED ? rows : columns;
    int k = transpose == NOT_TRANSPOSED ? columns : rows;
    for (int i = 0; i < m; i++) {
        float sum = 0, *target = y + at(i, m, incy);
        for (int l = 0; l < k - (k > 8 ? terms_left_out : 0); l++)
            sum += element(a, order, transpose, lda, i, l) * x[at(l, k, incx)];
        *target = (alpha == 0 ? 0 : alpha * sum) + scaled(beta, *target);
    }
}

void good_gemv(int order, int transpose, int m, int n, float alpha, const float *a, int lda,
               const float *x, int incx, float beta, float *y, int incy) {
    gemv(0, order, transpose, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

void forgets_a_term_gemv(int order, int transpose, int m, int n, float alpha, const float *a, int lda,
                         const float *x, int incx, float beta, float *y, int incy) {
    gemv(1, order, transpose, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

/* Returns where a dimension is 0, as the reference BLAS does. */
void leaves_gemv(int order, int transpose, int m, int n, float alpha, const float *a, int lda,
                 const float *x, int incx, float beta, float *y, int incy) {
    if (m == 0 || n == 0) return;
    gemv(0, order, transpose, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

static void gemm(int reads_c, int order, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc) {
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
            float sum = 0;
            float *target = order == ROW_MAJOR ? c + (size_t)i * ldc + j : c + (size_t)j * ldc + i;
            for (int l = 0; l < k; l++)
                sum += element(a, order, ta, lda, i, l) * element(b, order, tb, ldb, l, j);
            float kept = reads_c ? beta * *target : scaled(beta, *target);
            *target = (alpha == 0 ? 0 : alpha * sum) + kept;
        }
    }
}

void good_gemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
               const float *b, int ldb, float beta, float *c, int ldc) {
    gemm(0, order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

/* Multiplies a NaN in C by beta = 0. */
void reads_c_gemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
                  const float *b, int ldb, float beta, float *c, int ldc) {
    gemm(1, order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
