use std::path::Path;

use crate::dataset::checkpoint::{Checkpoint, Dtype, Order, Tensor};
use crate::error::Result;
use crate::network::{Activation, Loss, Network, Shape, description, named};

use super::*;
use crate::dataset::checkpoint::Values;

/// A checkpoint of these tensors, in this order of the file, filled with zeros or with ascending numbers.
fn checkpoint(order: Order, tensors: &[(&str, &[usize])]) -> Checkpoint {
    let tensor = |(start, (name, shape)): (usize, &(&str, &[usize]))| Tensor {
        name: (*name).to_owned(),
        shape: shape.to_vec(),
        dtype: Dtype::F32,
        start,
        values: Values::Real {
            values: (0..shape.iter().product())
                .map(|i| (start + i + 1) as f32)
                .collect(),
            rounded: 0,
            exact: None,
        },
    };
    Checkpoint {
        tensors: tensors.iter().enumerate().map(tensor).collect(),
        aliases: Vec::new(),
        wrapper: String::new(),
        without_numbers: Vec::new(),
        order,
        ignored: Vec::new(),
        digest: String::new(),
    }
}

fn network(layers: &str) -> Network {
    let text =
        format!("input = [3, 4, 4]\nlayer = [{layers}, {{ type = \"dense\", outputs = 2 }}]");
    description::parse(&text, Path::new("net.toml")).unwrap()
}

/// A convolution with this number of channels, and a batch normalisation behind or in front of it.
fn unit(channels: usize, is_behind: bool) -> String {
    let convolution =
        format!("{{ type = \"convolution\", outputs = {channels}, kernel = 3, padding = 1 }}");
    let norm = "{ type = \"batch-norm\" }";
    if is_behind {
        format!("{convolution}, {norm}")
    } else {
        format!("{norm}, {convolution}")
    }
}

/// The tensors of a convolution and of a normalisation.
fn convolution(name: &str, outputs: usize, inputs: usize) -> Vec<(String, Vec<usize>)> {
    vec![
        (format!("{name}.weight"), vec![outputs, inputs, 3, 3]),
        (format!("{name}.bias"), vec![outputs]),
    ]
}

fn norm(name: &str, channels: usize) -> Vec<(String, Vec<usize>)> {
    let parts = ["weight", "bias", "running_mean", "running_var"];
    parts
        .map(|part| (format!("{name}.{part}"), vec![channels]))
        .to_vec()
}

/// The names of the modules of the checkpoint, in the order in which the network takes them.
fn taken(network: Network, mut modules: Vec<Vec<(String, Vec<usize>)>>) -> Result<Vec<String>> {
    modules.push(vec![
        (
            "linear.weight".to_owned(),
            vec![2, network.layers().last().unwrap().input.numbers()],
        ),
        ("linear.bias".to_owned(), vec![2]),
    ]);
    let tensors: Vec<_> = modules.concat();
    let tensors: Vec<_> = tensors
        .iter()
        .map(|(name, shape)| (&name[..], &shape[..]))
        .collect();
    let filled = fill("w", &checkpoint(Order::Lost, &tensors), network, None)?;
    let mut taken: Vec<String> = (filled.assignment.mapping.iter())
        .map(|filler| group::split(&filler.tensor).0.to_owned())
        .collect();
    taken.dedup();
    Ok(taken)
}

#[test]
fn normalisations_stand_behind_the_convolutions_of_their_names() {
    let units = [unit(4, true), unit(4, true), unit(4, true)].join(", ");
    let modules = vec![
        norm("layer1.0.bn1", 4),
        norm("layer1.0.bn2", 4),
        norm("bn1", 4),
        convolution("layer1.0.conv1", 4, 4),
        convolution("layer1.0.conv2", 4, 4),
        convolution("conv1", 4, 3),
    ];
    let expected = [
        "conv1",
        "bn1",
        "layer1.0.conv1",
        "layer1.0.bn1",
        "layer1.0.conv2",
        "layer1.0.bn2",
        "linear",
    ];
    assert_eq!(taken(network(&units), modules).unwrap(), expected);
}

/// The tensors of torchvision's residual network with so many blocks in its four stages, in the order of
/// its `state_dict`.
fn torchvision(blocks: [usize; 4]) -> Vec<(String, Vec<usize>)> {
    let weight = |name: &str, shape: [usize; 4]| (format!("{name}.weight"), shape.to_vec());
    let mut tensors = vec![weight("conv1", [64, 3, 7, 7])];
    tensors.extend(norm("bn1", 64));
    let mut inputs = 64;
    for (stage, blocks) in blocks.into_iter().enumerate() {
        let channels = 64 << stage;
        for block in 0..blocks {
            let name = |part: &str| format!("layer{}.{block}.{part}", stage + 1);
            tensors.push(weight(&name("conv1"), [channels, inputs, 3, 3]));
            tensors.extend(norm(&name("bn1"), channels));
            tensors.push(weight(&name("conv2"), [channels, channels, 3, 3]));
            tensors.extend(norm(&name("bn2"), channels));
            if inputs != channels {
                tensors.push(weight(&name("downsample.0"), [channels, inputs, 1, 1]));
                tensors.extend(norm(&name("downsample.1"), channels));
            }
            inputs = channels;
        }
    }
    let last = [("fc.weight", vec![10, 512]), ("fc.bias", vec![10])];
    tensors.extend(last.map(|(name, shape)| (name.to_owned(), shape)));
    tensors
}

#[test]
fn torchvisions_blocks_are_taken_in_the_order_in_which_the_network_runs_them() {
    for (arch, blocks) in [("resnet18", [2, 2, 2, 2]), ("resnet34", [3, 4, 6, 3])] {
        let forms = named(
            arch,
            Shape::image(3, 32, 32),
            10,
            Loss::MeanSquared,
            Activation::Relu,
        );
        let network = forms.unwrap().remove(0).unwrap();
        let in_order = torchvision(blocks);
        let mut by_name = in_order.clone();
        by_name.sort();
        for (order, tensors) in [(Order::Kept, &in_order), (Order::Lost, &by_name)] {
            let tensors: Vec<_> = (tensors.iter())
                .map(|(name, shape)| (&name[..], &shape[..]))
                .collect();
            let filled = fill("w", &checkpoint(order, &tensors), network.clone(), None).unwrap();
            let taken = filled
                .assignment
                .mapping
                .iter()
                .map(|filler| &filler.tensor);
            assert!(taken.eq(in_order.iter().map(|(name, _)| name)), "{arch}");
        }
    }
}

#[test]
fn normalisations_that_may_stand_before_their_convolutions_are_not_guessed() {
    // As above, but the network has the last of them behind the others, as in a wide ResNet.
    let stem = "{ type = \"convolution\", outputs = 4, kernel = 3, padding = 1 }";
    let last = "{ type = \"batch-norm\" }";
    let units = [
        stem.to_owned(),
        unit(6, false),
        unit(6, false),
        last.to_owned(),
    ]
    .join(", ");
    let modules = vec![
        convolution("conv1", 4, 3),
        norm("block1.bn1", 4),
        convolution("block1.conv1", 6, 4),
        norm("block1.bn2", 6),
        convolution("block1.conv2", 6, 6),
        norm("bn1", 6),
    ];
    let message = taken(network(&units), modules).unwrap_err().message;
    assert!(message.contains("--order block1.bn2,bn1"), "{message}");
}

#[test]
fn places_in_the_file_are_an_order_where_the_writer_kept_one() {
    let dense = "{ type = \"dense\", outputs = 4 }";
    let build = || network(&[dense, dense, dense].join(", "));
    let tensors: [(&str, &[usize]); 8] = [
        ("stem.weight", &[4, 48]),
        ("stem.bias", &[4]),
        ("enc.weight", &[4, 4]),
        ("enc.bias", &[4]),
        ("dec.weight", &[4, 4]),
        ("dec.bias", &[4]),
        ("head.weight", &[2, 4]),
        ("head.bias", &[2]),
    ];
    let of = |order, tensors: &[(&str, &[usize])]| {
        let filled = fill("w", &checkpoint(order, tensors), build(), None);
        filled.map(|filled| filled.assignment.exchangeable)
    };
    let kept = of(Order::Kept, &tensors).unwrap();
    assert_eq!(
        (&kept[0].modules[..], kept[0].ordered_by),
        (&["enc".to_owned(), "dec".to_owned()][..], OrderedBy::File)
    );
    assert!(
        of(Order::Lost, &tensors)
            .unwrap_err()
            .message
            .contains("--order dec,enc")
    );
    // A writer that scatters the tensors of a module, or puts fc.10 before fc.2, keeps no order.
    let mut scattered = tensors;
    scattered.swap(3, 5);
    assert!(of(Order::Kept, &scattered).is_err());
    let mut numbered = tensors;
    (numbered[0].0, numbered[1].0) = ("fc.10.weight", "fc.10.bias");
    (numbered[6].0, numbered[7].0) = ("fc.2.weight", "fc.2.bias");
    assert!(of(Order::Kept, &numbered).is_err());
}

#[test]
fn numbers_and_places_that_contradict_each_other_are_refused() {
    let dense = "{ type = \"dense\", outputs = 4, bias = false }";
    let network = || {
        let text = format!("input = [4]\nlayer = [{dense}, {dense}]");
        description::parse(&text, Path::new("net.toml")).unwrap()
    };
    let tensors: [(&str, &[usize]); 2] = [("fc.1.weight", &[4, 4]), ("fc.0.weight", &[4, 4])];
    let of = |order, wish: Option<&RequestedOrder>| {
        let filled = fill("w", &checkpoint(order, &tensors), network(), wish);
        filled.map(|filled| filled.assignment.mapping[0].tensor.clone())
    };
    assert_eq!(of(Order::Lost, None).unwrap(), "fc.0.weight");
    let fault = of(Order::Kept, None).unwrap_err().message;
    assert!(
        fault.contains("give --order natural, --order file"),
        "{fault}"
    );
    assert_eq!(
        of(Order::Lost, Some(&RequestedOrder::File)).unwrap(),
        "fc.1.weight"
    );
    assert_eq!(
        of(Order::Kept, Some(&RequestedOrder::Natural)).unwrap(),
        "fc.0.weight"
    );
    let told = Order::Told(vec!["fc.1.weight".to_owned(), "fc.0.weight".to_owned()]);
    assert_eq!(of(told, None).unwrap(), "fc.1.weight");
}

#[test]
fn modules_that_are_equal_need_no_order() {
    let text = "input = [1]\nlayer = [{ type = \"dense\", outputs = 1, bias = false }, \
                { type = \"dense\", outputs = 1, bias = false }]";
    let network = description::parse(text, Path::new("net.toml")).unwrap();
    let mut same = checkpoint(
        Order::Lost,
        &[("enc.weight", &[1, 1]), ("dec.weight", &[1, 1])],
    );
    same.tensors[1].values = same.tensors[0].values.clone();
    let filled = fill("w", &same, network, None).unwrap();
    assert_eq!(filled.assignment.exchangeable, []);
    // One element each is no evidence of a tie.
    assert_eq!(filled.assignment.equal, [] as [[String; 2]; 0]);
}
