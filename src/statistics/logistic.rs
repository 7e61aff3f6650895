//! Logistic regression with a ridge penalty over 0/1 columns.

/// The largest number of Newton steps; a convex problem with a penalty needs about ten.
const MOST_STEPS: usize = 60;
/// The length of a Newton step, in the largest coefficient, at which it ends.
const SMALL_STEP: f64 = 1e-10;

/// Observations whose columns are 0 or 1: for each, the columns that are 1.
#[derive(Debug, Clone, Default)]
pub struct BinaryDesign {
    /// Columns.
    pub columns: usize,
    /// The columns that are 1, all observations one after another.
    pub ones: Vec<u32>,
    /// Where the columns of each observation begin in `ones`, and the end of the last.
    pub starts: Vec<usize>,
}

impl BinaryDesign {
    fn row(&self, observation: usize) -> &[u32] {
        &self.ones[self.starts[observation]..self.starts[observation + 1]]
    }
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticModel {
    /// The coefficient of each column.
    pub coefficients: Vec<f64>,
    /// The intercept.
    pub intercept: f64,
}

impl LogisticModel {
    /// Fits observations: the coefficients that minimise all log losses plus half their squares,
    /// the intercept without penalty, as scikit-learn's `LogisticRegression` with `C=1` does.
    /// Newton's method (iteratively reweighted least squares; Hastie, Tibshirani and Friedman, The Elements
    /// of Statistical Learning, 2009, 4.4.1) with halved steps. None unless both classes are there.
    pub fn fit(design: &BinaryDesign, chosen: &[usize], positive: &[bool]) -> Option<Self> {
        let positives = chosen.iter().filter(|row| positive[**row]).count();
        if positives == 0 || positives == chosen.len() {
            return None;
        }
        let share = positives as f64 / chosen.len() as f64;
        let mut weights = vec![0.0; design.columns + 1];
        weights[design.columns] = (share / (1.0 - share)).ln();
        let mut loss = penalised_loss(design, chosen, positive, &weights);
        for _ in 0..MOST_STEPS {
            let step = newton_step(design, chosen, positive, &weights)?;
            let mut scale = 1.0;
            let (next, next_loss) = loop {
                let next: Vec<f64> =
                    weights.iter().zip(&step).map(|(w, s)| w - scale * s).collect();
                let next_loss = penalised_loss(design, chosen, positive, &next);
                if next_loss <= loss || scale < 1e-6 {
                    break (next, next_loss);
                }
                scale /= 2.0;
            };
            (weights, loss) = (next, next_loss);
            if step.iter().all(|part| part.abs() < SMALL_STEP) {
                break;
            }
        }
        let intercept = weights.pop()?;
        Some(Self { coefficients: weights, intercept })
    }

    /// The log odds of an observation without the intercept.
    pub fn score(&self, design: &BinaryDesign, observation: usize) -> f64 {
        design.row(observation).iter().map(|column| self.coefficients[*column as usize]).sum()
    }
}

fn log_odds(design: &BinaryDesign, row: usize, weights: &[f64]) -> f64 {
    let sum: f64 = design.row(row).iter().map(|column| weights[*column as usize]).sum();
    sum + weights[design.columns]
}

fn penalised_loss(
    design: &BinaryDesign,
    chosen: &[usize],
    positive: &[bool],
    weights: &[f64],
) -> f64 {
    let loss = |row: &usize| {
        let odds = log_odds(design, *row, weights);
        let signed = if positive[*row] { -odds } else { odds };
        // ln(1 + e^x) without overflow.
        signed.max(0.0) + (-signed.abs()).exp().ln_1p()
    };
    let squares: f64 = weights[..design.columns].iter().map(|weight| weight * weight).sum();
    chosen.iter().map(loss).sum::<f64>() + squares / 2.0
}

/// The inverse of the Hessian times the gradient.
fn newton_step(
    design: &BinaryDesign,
    chosen: &[usize],
    positive: &[bool],
    weights: &[f64],
) -> Option<Vec<f64>> {
    let size = design.columns + 1;
    let mut gradient = weights.to_vec();
    gradient[design.columns] = 0.0;
    let mut hessian = vec![0.0; size * size];
    for column in 0..design.columns {
        hessian[column * size + column] = 1.0;
    }
    let mut active = Vec::new();
    for row in chosen {
        let share = 1.0 / (1.0 + (-log_odds(design, *row, weights)).exp());
        let error = share - f64::from(u8::from(positive[*row]));
        let curvature = share * (1.0 - share);
        active.clear();
        active.extend(design.row(*row).iter().map(|column| *column as usize));
        active.push(design.columns);
        for (place, column) in active.iter().enumerate() {
            gradient[*column] += error;
            // The lower half: columns ascend within a row.
            for other in &active[..=place] {
                hessian[column * size + other] += curvature;
            }
        }
    }
    solve(hessian, gradient, size)
}

/// Solves a symmetric positive definite system, given by its lower half, by Cholesky's method.
fn solve(mut matrix: Vec<f64>, mut vector: Vec<f64>, size: usize) -> Option<Vec<f64>> {
    for row in 0..size {
        for column in 0..=row {
            let (left, right) = (row * size, column * size);
            let products = matrix[left..left + column].iter().zip(&matrix[right..right + column]);
            let rest = matrix[left + column] - products.map(|(a, b)| a * b).sum::<f64>();
            matrix[left + column] = if row == column {
                if rest <= 0.0 {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / matrix[right + column]
            };
        }
    }
    for row in 0..size {
        let known: f64 = (0..row).map(|column| matrix[row * size + column] * vector[column]).sum();
        vector[row] = (vector[row] - known) / matrix[row * size + row];
    }
    for row in (0..size).rev() {
        let known: f64 =
            (row + 1..size).map(|below| matrix[below * size + row] * vector[below]).sum();
        vector[row] = (vector[row] - known) / matrix[row * size + row];
    }
    Some(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.7: `LogisticRegression(C=1, tol=1e-12, max_iter=10000).fit([[1,0]]*3 + [[0,1]]*5,
    /// [1,1,0,0,0,0,1,0])`: the gradient vanishes at the solution.
    #[test]
    fn the_gradient_vanishes_at_the_solution() {
        let ones = vec![0, 0, 0, 1, 1, 1, 1, 1];
        let design = BinaryDesign { columns: 2, ones, starts: (0..=8).collect() };
        let positive = [true, true, false, false, false, false, true, false];
        let chosen: Vec<usize> = (0..8).collect();
        let model = LogisticModel::fit(&design, &chosen, &positive).unwrap();
        let share =
            |column: usize| 1.0 / (1.0 + (-model.intercept - model.coefficients[column]).exp());
        let first = 3.0 * share(0) - 2.0 + model.coefficients[0];
        let second = 5.0 * share(1) - 1.0 + model.coefficients[1];
        let both = 3.0 * share(0) + 5.0 * share(1) - 3.0;
        for part in [first, second, both] {
            assert!(part.abs() < 1e-9, "{part}");
        }
        assert_eq!(LogisticModel::fit(&design, &[0, 1], &positive), None);
    }
}
