//! The selection of samples from a data set.

use super::Targets;
use crate::error::{Error, Result};

/// The first samples of some classes, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    classes: Option<Vec<usize>>,
    samples: Option<usize>,
}

impl Selection {
    /// Selects the first `samples` samples (or all) whose class is in `classes` (or in any). Labels
    /// become positions in `classes`: with `[3, 5]`, class 3 becomes 0 and class 5 becomes 1.
    ///
    /// # Errors
    /// Returns an error when `classes` is empty or repeats a class, or when `samples` is zero.
    pub fn new(classes: Option<&[usize]>, samples: Option<usize>) -> Result<Self> {
        if let Some(classes) = classes {
            let refuse = |fault| Err(Error::input("--classes", format!("{classes:?}"), fault));
            if classes.is_empty() {
                return refuse("is empty; name at least one class".to_owned());
            }
            let twice = |i: &usize| classes[..*i].contains(&classes[*i]);
            if let Some(i) = (0..classes.len()).find(twice) {
                let class = classes[i];
                return refuse(format!("{class} occurs twice; name each class once"));
            }
        }
        if samples == Some(0) {
            let fault = "0 are asked for; ask for at least 1";
            return Err(Error::input("--samples", "value", fault));
        }
        Ok(Selection {
            classes: classes.map(<[usize]>::to_vec),
            samples,
        })
    }

    /// The new label of a sample with this label; `None` if its class is not selected.
    pub fn label(&self, label: usize) -> Option<usize> {
        match &self.classes {
            Some(classes) => classes.iter().position(|&class| class == label),
            None => Some(label),
        }
    }

    /// Whether the selection is complete once `taken` samples are taken.
    pub fn is_complete(&self, taken: usize) -> bool {
        self.samples.is_some_and(|samples| taken >= samples)
    }

    /// The number of classes that remain of a data set with `there` classes.
    ///
    /// # Errors
    /// Returns an error when a chosen class is not below `there`; `place` names the data set in errors.
    pub fn classes(&self, place: &str, there: usize) -> Result<usize> {
        let Some(classes) = &self.classes else {
            return Ok(there);
        };
        if let Some(class) = classes.iter().find(|&&class| class >= there) {
            let fault = format!(
                "{class} is not a class of {place}; the classes are 0 to {}",
                there - 1
            );
            return Err(Error::input("--classes", format!("{classes:?}"), fault));
        }
        Ok(classes.len())
    }

    /// Checks that the selection is complete, given the new labels of all samples taken.
    ///
    /// # Errors
    /// Returns an error when there are fewer samples than requested, or none of a chosen class.
    pub fn check(&self, place: &str, labels: &[usize]) -> Result<()> {
        self.check_number(place, labels.len())?;
        let Some(classes) = &self.classes else {
            return Ok(());
        };
        let missing = (0..classes.len()).find(|i| !labels.contains(i));
        missing.map_or(Ok(()), |i| {
            let fault = format!(
                "no sample of class {} among the {} that are taken; choose other classes, or take \
                 more samples",
                classes[i],
                labels.len()
            );
            Err(Error::input(place, "labels", fault))
        })
    }

    fn check_number(&self, place: &str, there: usize) -> Result<()> {
        let asked = self.samples.unwrap_or(there);
        if asked <= there {
            return Ok(());
        }
        let of = match self.classes {
            Some(_) => "of the chosen classes it holds",
            None => "it holds",
        };
        let mend = match there {
            0 => "choose other classes".to_owned(),
            _ => format!("ask for 1 to {there}"),
        };
        let fault = format!("{asked} are asked for; {of} {there}, {mend}");
        Err(Error::input(place, "samples", fault))
    }

    /// The selected rows of samples with these targets, and the new targets of these rows.
    pub(super) fn of(&self, place: &str, targets: &Targets) -> Result<(Vec<usize>, Targets)> {
        match targets {
            Targets::Labels { labels, classes } => {
                let classes = self.classes(place, *classes)?;
                let taken = labels.iter().enumerate();
                let taken = taken.filter_map(|(row, &label)| Some((row, self.label(label)?)));
                let most = self.samples.unwrap_or(labels.len());
                let (rows, labels): (Vec<_>, Vec<_>) = taken.take(most).unzip();
                self.check(place, &labels)?;
                Ok((rows, Targets::Labels { labels, classes }))
            }
            Targets::Values { .. } if self.classes.is_some() => {
                let fault = format!("{place} has target values and no labels; leave --classes out");
                Err(Error::input("--classes", "value", fault))
            }
            Targets::Values { values, outputs } => {
                let (there, outputs) = (targets.samples(), *outputs);
                self.check_number(place, there)?;
                let n = self.samples.unwrap_or(there);
                let values = values[..n * outputs].to_vec();
                Ok(((0..n).collect(), Targets::Values { values, outputs }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::expect;

    fn labels(labels: &[usize], classes: usize) -> Targets {
        let labels = labels.to_vec();
        Targets::Labels { labels, classes }
    }

    fn select(classes: Option<&[usize]>, samples: Option<usize>) -> Result<(Vec<usize>, Targets)> {
        let selection = Selection::new(classes, samples)?;
        selection.of("file", &labels(&[1, 0, 7, 7, 9, 1], 10))
    }

    #[test]
    fn the_chosen_classes_are_kept_in_order_and_renumbered() {
        let expected = (vec![0, 2, 3, 5], labels(&[1, 0, 0, 1], 2));
        assert_eq!(select(Some(&[7, 1]), None).unwrap(), expected);
        let expected = (vec![0, 2, 3], labels(&[1, 0, 0], 2));
        assert_eq!(select(Some(&[7, 1]), Some(3)).unwrap(), expected);
        let expected = (vec![0, 1], labels(&[1, 0], 10));
        assert_eq!(select(None, Some(2)).unwrap(), expected);
    }

    #[test]
    fn an_impossible_choice_is_refused() {
        expect(select(Some(&[]), None), &["--classes", "at least one"]);
        expect(select(Some(&[0, 0]), None), &["--classes", "twice"]);
        expect(select(Some(&[1, 10]), None), &["--classes", "0 to 9"]);
        expect(
            select(Some(&[0, 4]), None),
            &["no sample of class 4 among the 1"],
        );
        expect(
            select(Some(&[7, 9]), Some(2)),
            &["no sample of class 9 among the 2"],
        );
        expect(
            select(Some(&[1, 0]), Some(4)),
            &["chosen classes", "1 to 3"],
        );
        expect(select(None, Some(7)), &["file: samples: 7", "1 to 6"]);
        expect(select(None, Some(0)), &["--samples", "0 are asked for"]);
    }

    #[test]
    fn values_are_cut_but_have_no_classes() {
        let targets = Targets::Values {
            values: vec![1., 2., 3., 4.],
            outputs: 2,
        };
        let cut = |classes: Option<&[usize]>, n| {
            Selection::new(classes, Some(n))
                .unwrap()
                .of("file", &targets)
        };
        let (rows, first) = cut(None, 1).unwrap();
        assert_eq!((rows, first.rows()), (vec![0], vec![1., 2.]));
        expect(cut(None, 3), &["1 to 2"]);
        expect(cut(Some(&[0]), 1), &["--classes", "no labels"]);
    }
}
