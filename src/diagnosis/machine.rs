//! The memory of the machine, as far as the operating system reports it (Linux).

/// The bytes that can still be allocated: the free memory, or what the limit of the address space
/// (`ulimit -v`) leaves if that is less. The latter is less than can become resident, since reserved
/// addresses count too.
pub fn available() -> Option<u64> {
    let free = kilobytes("/proc/meminfo", "MemAvailable:");
    let left = || {
        let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
        let limit = address_space(&limits)?;
        Some(limit.saturating_sub(kilobytes("/proc/self/status", "VmSize:")?))
    };
    free.into_iter().chain(left()).min()
}

/// Reads a size such as `800MB` in bytes; the prefixes are decimal.
///
/// # Errors
/// Returns an error if this is no size.
pub fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, f64); 5] = [
        ("kB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
        ("TB", 1e12),
        ("B", 1.0),
    ];
    let with = |(unit, factor): &(&str, f64)| Some((text.strip_suffix(unit)?, *factor));
    let (number, factor) = UNITS.iter().find_map(with).unwrap_or((text, 1.0));
    match number.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok((number * factor) as u64),
        _ => Err("is no size; write bytes, or a number with kB, MB or GB".to_owned()),
    }
}

/// The peak resident memory of the program in bytes.
pub fn peak() -> Option<u64> {
    kilobytes("/proc/self/status", "VmHWM:")
}

/// The limit of the address space in this text, in bytes.
fn address_space(limits: &str) -> Option<u64> {
    let line = field(limits, "Max address space")?;
    line.split_whitespace().next()?.parse().ok()
}

/// The number of kilobytes that follows a word in a file, in bytes.
fn kilobytes(path: &str, word: &str) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let number = field(&text, word)?.trim().strip_suffix(" kB")?;
    Some(number.trim().parse::<u64>().ok()? * 1024)
}

/// The rest of the line that begins with this word.
fn field<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_stands_behind_its_name() {
        let limits = "Max cpu time   unlimited   unlimited   seconds\n\
                      Max address space   307200000   unlimited   bytes\n";
        assert_eq!(address_space(limits), Some(307_200_000));
        assert_eq!(field(limits, "Max locked memory"), None);
    }

    #[test]
    fn sizes_have_units_of_ten() {
        for (text, bytes) in [("800MB", 800_000_000), ("1.5 GB", 1_500_000_000), ("7", 7)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "-1", "many", "inf"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_program_takes_less_than_the_machine_has() {
        let taken = kilobytes("/proc/self/status", "VmRSS:").expect("a size");
        let all = kilobytes("/proc/meminfo", "MemTotal:").expect("a size");
        let peak = peak().expect("a size");
        assert!(0 < taken && peak < all, "{taken}, {peak} of {all}");
        assert!(available().is_some_and(|free| free < all));
    }
}
