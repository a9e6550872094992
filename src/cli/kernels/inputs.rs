//! Inputs of functions of one or two numbers as text.

/// The bits of one number, or of two with a comma between them, such as `0x3f800000`.
pub fn parse(text: &str) -> Result<Vec<u32>, String> {
    let number = |text: &str| {
        let digits = text.trim().strip_prefix("0x")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let numbers: Option<Vec<u32>> = text.split(',').map(number).collect();
    let fault = "write the bits of a float, such as 0x3f800000, or of two with a comma between";
    match numbers {
        Some(numbers) if numbers.len() <= 2 => Ok(numbers),
        _ => Err(fault.to_owned()),
    }
}

/// Both numbers in one.
pub fn joined(bits: &[u32]) -> u64 {
    let second = bits.get(1).map_or(0, |bits| u64::from(*bits) << 32);
    bits.first().map_or(0, |bits| u64::from(*bits)) | second
}

/// The flag that tries this input again; `is_pair` says whether it is two numbers.
pub fn flag(input: u64, is_pair: bool) -> String {
    let (first, second) = (input as u32, (input >> 32) as u32);
    if is_pair {
        format!("--input {first:#010x},{second:#010x}")
    } else {
        format!("--input {first:#010x}")
    }
}

/// The input in bits and as numbers.
pub fn shown_input(input: u64, is_pair: bool) -> String {
    let shown = |bits: u32| format!("{bits:#010x} = {:e}", f32::from_bits(bits));
    let (first, second) = (input as u32, (input >> 32) as u32);
    if is_pair {
        format!("{}, {}", shown(first), shown(second))
    } else {
        shown(first)
    }
}
