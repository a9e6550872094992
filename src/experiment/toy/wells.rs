//! The toy loss with its two wells.

use crate::model::toy::{self, Sample};
use crate::record::{Axis, DataPoint, Figure, Series, Style};

/// The figure of the loss and of both samples' losses.
pub fn figure() -> Figure {
    let line = |label: &str, loss: &dyn Fn(&f64) -> f64| Series {
        label: label.to_owned(),
        style: Style::Line,
        points: abscissas().map(|x| DataPoint::new(x, loss(&x))).collect(),
    };
    let minima = [0.0, 1.0].map(|x| DataPoint::new(x, toy::loss(&x)));
    Figure {
        name: "toy-wells".to_owned(),
        title: "The toy loss: two minima of the same sharpness".to_owned(),
        caption: "The loss f = (f₁ + f₂)/2 and the losses f₁, f₂ of its two samples against x. Both minima have \
                  sharpness 2. At x = 0 the samples have the same curvature; at x = 1 they have 1/5 and 19/5, and \
                  SGD with batch size 1 leaves."
            .to_owned(),
        x: Axis::linear("x"),
        y: Axis::linear("loss"),
        series: vec![
            line("f, what gradient descent sees", &|x| toy::loss(x)),
            line("f₁", &|x| Sample::First.loss(x)),
            line("f₂", &|x| Sample::Second.loss(x)),
            Series {
                label: "minima".to_owned(),
                style: Style::Points,
                points: minima.to_vec(),
            },
        ],
        names: Vec::new(),
    }
}

/// The abscissas −1/2, −49/100, …, 3/2.
fn abscissas() -> impl Iterator<Item = f64> {
    (-50..=150).map(|step| f64::from(step) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::toy::Minimum;
    use crate::number::Field;

    #[test]
    fn the_caption_gives_the_curvatures_of_the_model() {
        let caption = figure().caption;
        for curvature in Minimum::One.curvatures() {
            assert!(caption.contains(&curvature.to_string()), "{curvature}");
        }
        let [first, second] = Minimum::Zero.curvatures();
        assert_eq!(first, second);
        for minimum in Minimum::ALL {
            assert_eq!(toy::loss(&f64::from_exact(&minimum.place())), 0.0);
        }
    }
}
