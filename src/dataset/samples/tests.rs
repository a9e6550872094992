use super::*;

fn every_byte_once() -> Dataset {
    let pixels: Vec<u8> = (0..=255).collect();
    Dataset::from_pixels(&pixels, &[1, 8, 8], vec![2, 0, 1, 2], 3)
}

#[test]
fn every_pixel_is_recovered_from_its_input_value() {
    let dataset = every_byte_once();
    assert_eq!(dataset.pixels().unwrap(), (0..=255).collect::<Vec<u8>>());
    assert_eq!(dataset.inputs[255], 1.0);
    assert_eq!((dataset.samples(), dataset.features()), (4, 64));
    assert_eq!(dataset.bytes(), 4 * 256 + 8 * 4 + 4 * 12);
}

#[test]
fn the_digest_is_that_of_the_pixel_and_label_bytes() {
    let dataset = Dataset::from_pixels(b"ab", &[2], vec![0], 1);
    assert_eq!(dataset.digest(), hexadecimal(&Sha256::digest(b"ab\x00")));
}

#[test]
fn the_digest_sees_every_input_value_and_every_target() {
    let dataset = every_byte_once();
    let mut other = dataset.clone();
    other.targets = Targets::Labels {
        labels: vec![2, 0, 1, 1],
        classes: 3,
    };
    assert_ne!(other.digest(), dataset.digest());
    for value in [0.3, -0.0] {
        let mut other = dataset.clone();
        other.inputs[0] = value;
        assert_eq!(other.pixels(), None);
        assert_ne!(other.digest(), dataset.digest());
    }
    assert_ne!(dataset.first(3).unwrap().digest(), dataset.digest());
}

#[test]
fn values_and_labels_of_many_classes_are_digested_whole() {
    let with = |targets| Dataset {
        inputs: vec![0.0],
        shape: vec![1],
        targets,
        exact: Exact::default(),
    };
    let value = with(Targets::Values {
        values: vec![1.5],
        outputs: 1,
    });
    let expected = [&[0][..], &1.5f32.to_le_bytes()].concat();
    assert_eq!(value.digest(), hexadecimal(&Sha256::digest(expected)));
    let label = with(Targets::Labels {
        labels: vec![256],
        classes: 257,
    });
    let expected = [&[0][..], &256u64.to_le_bytes()].concat();
    assert_eq!(label.digest(), hexadecimal(&Sha256::digest(expected)));
}

#[test]
fn the_first_samples_are_a_prefix_and_no_more_than_there_are() {
    let dataset = every_byte_once();
    let first = dataset.first(2).unwrap();
    let labels = vec![2, 0];
    let targets = Targets::Labels { labels, classes: 3 };
    assert_eq!((&first.targets, &first.shape), (&targets, &dataset.shape));
    assert_eq!(first.inputs, dataset.inputs[..128]);
    for (n, words) in [(0, "at least 1"), (5, "1 to 4"), (usize::MAX, "1 to 4")] {
        let message = dataset.first(n).unwrap_err().message;
        assert!(message.contains(&format!("{n} are asked for")), "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
#[should_panic(expected = "3 pixels are not 2 labels x 2 features")]
fn contradicting_shapes_are_refused() {
    Dataset::from_pixels(&[0; 3], &[2], vec![0; 2], 2);
}

#[test]
#[should_panic(expected = "label Some(2) is not below 2 classes")]
fn a_label_out_of_range_is_refused() {
    Dataset::from_pixels(&[0; 2], &[1], vec![0, 2], 2);
}
