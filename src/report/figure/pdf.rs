//! Drawings as PDF, for papers.

use std::sync::{Arc, LazyLock};

use svg2pdf::usvg::fontdb::Database;
use svg2pdf::usvg::{Options, Tree};
use svg2pdf::{ConversionOptions, PageOptions};

/// The only font of a PDF. It is embedded, so that the file looks the same everywhere.
const FONT: &str = "DejaVu Sans";

/// The font, read once for all drawings.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.set_sans_serif_family(FONT);
    Arc::new(fonts)
});

/// The number of CSS pixels in an inch.
const PIXELS_IN_INCH: f32 = 96.0;

/// The PDF of a drawing of this room, one page of its size.
pub fn pdf(svg: &str) -> Vec<u8> {
    let options = Options {
        fontdb: Arc::clone(&FONTS),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).expect("our own drawings are valid SVG");
    let page = PageOptions {
        dpi: PIXELS_IN_INCH,
    };
    svg2pdf::to_pdf(&tree, ConversionOptions::default(), page)
        .expect("a drawing has only paths, circles and text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_drawing_gives_the_same_page_with_its_text() {
        let svg = r##"<svg width="672" height="480" viewBox="0 0 2688 1920"
            xmlns="http://www.w3.org/2000/svg"><text x="100" y="100" font-family="sans-serif"
            font-size="52" fill="#1A1A1A">‖x‖² ≤ η√p</text></svg>"##;
        let page = pdf(svg);
        assert!(page.starts_with(b"%PDF-"));
        let has = |text: &[u8]| page.windows(text.len()).any(|window| window == text);
        assert!(has(b"DejaVuSans"));
        assert!(has(b"/MediaBox [0 0 504 360]"));
        assert_eq!(page, pdf(svg));
    }
}
