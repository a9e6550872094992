use super::*;
use crate::model::golden;

fn parse(text: &str) -> Result<Model> {
    Model::parse("m.json", text)
}

#[test]
fn both_kinds_are_read_and_written_back() {
    let linear = r#"{"kind":"linear","inputs":[["1","0"],["0","1"],["1","1"]]}"#;
    let model = parse(linear).unwrap();
    assert_eq!(model.quadratic(), golden::three_inputs());
    assert_eq!(serde_json::to_string(&model).unwrap(), linear);
    let quadratic = r#"{"kind":"quadratic","hessians":[[["1","1/2"],["1/2","1"]]]}"#;
    let model = parse(quadratic).unwrap();
    assert_eq!(serde_json::to_string(&model).unwrap(), quadratic);
    let decimals = r#" {"hessians": [[[1, "0.5"], ["5e-1", 1]]], "kind": "quadratic"}"#;
    assert_eq!(parse(decimals).unwrap(), model);
}

#[test]
fn every_fault_names_its_place_and_its_mend() {
    for (text, message) in [
        ("[1]", "m.json: model: is not a JSON object"),
        ("", "m.json: model: is not a JSON object"),
        (
            "{\"kind\":",
            "m.json: model: is not JSON: EOF while parsing",
        ),
        (r#"{"inputs":[["1"]]}"#, "m.json: kind: is missing"),
        (
            r#"{"kind":"cubic"}"#,
            "m.json: kind: is \"cubic\"; it must be",
        ),
        (r#"{"kind":3}"#, "m.json: kind: is 3; it must be"),
        (r#"{"kind":"linear"}"#, "m.json: inputs: is missing"),
        (r#"{"kind":"quadratic"}"#, "m.json: hessians: is missing"),
        (
            r#"{"kind":"linear","inputs":[["1"]],"hessians":[]}"#,
            "m.json: hessians: does not belong",
        ),
        (
            r#"{"kind":"linear","inputs":[["1"]],"bias":1}"#,
            "m.json: model: unknown field `bias`",
        ),
        (
            r#"{"kind":"linear","kind":"linear"}"#,
            "m.json: model: duplicate field `kind`",
        ),
        (
            r#"{"kind":"linear","inputs":[]}"#,
            "m.json: inputs: is empty",
        ),
        (
            r#"{"kind":"linear","inputs":[[]]}"#,
            "m.json: inputs[0]: has 0 entries",
        ),
        (
            r#"{"kind":"linear","inputs":["1"]}"#,
            "m.json: inputs[0]: is \"1\"; it must be a list",
        ),
        (
            r#"{"kind":"linear","inputs":[["1"],["1","2"]]}"#,
            "m.json: inputs[1]: has 2 entries",
        ),
        (
            r#"{"kind":"linear","inputs":[["1/0"]]}"#,
            "m.json: inputs[0][0]: \"1/0\" divides by zero",
        ),
        (
            r#"{"kind":"linear","inputs":[["NaN"]]}"#,
            "m.json: inputs[0][0]: \"NaN\" is not a number",
        ),
        (
            r#"{"kind":"linear","inputs":[[NaN]]}"#,
            "m.json: model: is not JSON: expected value",
        ),
        (
            r#"{"kind":"linear","inputs":[[0.1]]}"#,
            "m.json: inputs[0][0]: 0.1 is a binary float",
        ),
        (
            r#"{"kind":"linear","inputs":[[null]]}"#,
            "m.json: inputs[0][0]: is null; it must be a rational number",
        ),
        (
            r#"{"kind":"quadratic","hessians":[]}"#,
            "m.json: hessians: is empty",
        ),
        (
            r#"{"kind":"quadratic","hessians":[[]]}"#,
            "m.json: hessians[0]: is 0 × 0",
        ),
        (
            r#"{"kind":"quadratic","hessians":[[[]]]}"#,
            "m.json: hessians[0]: is 1 × 0",
        ),
        (
            r#"{"kind":"quadratic","hessians":[[["1","2"],["2"]]]}"#,
            "m.json: hessians[0][1]: has 1 entries",
        ),
        (
            r#"{"kind":"quadratic","hessians":[[["1"]],[["1",{}]]]}"#,
            "m.json: hessians[1][0][1]: is {}; it must be a rational number",
        ),
        (
            r#"{"kind":"quadratic","hessians":[[["1","2"]]]}"#,
            "m.json: hessians[0]: is 1 × 2",
        ),
        (
            r#"{"kind":"quadratic","hessians":[[["1","2"],["3","9"]]]}"#,
            "m.json: hessians[0]: is not symmetric",
        ),
        (
            r#"{"kind":"quadratic","hessians":[[["1"]],[["-1"]]]}"#,
            "m.json: hessians[1]: has a negative eigenvalue",
        ),
    ] {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text}: {error}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Model::read(Path::new("no/such.json"))
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("no/such.json: cannot be read"), "{error}");
}
