//! A frame as a PNG file.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

use super::Frame;

impl Frame {
    /// The bytes of an RGB PNG file: frames are opaque, and without alpha they are written a fifth faster.
    pub fn to_png(&self) -> Result<Vec<u8>, EncodingError> {
        let [width, height] = self.size;
        let colours: Vec<u8> = self.pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        // 5 ms and 360 kB for 1600 × 1000 pixels; the default takes 42 ms for 350 kB.
        encoder.set_compression(Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&colours)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_written_frame_reads_back_pixel_for_pixel() {
        let size = [37, 23];
        let pixels: Vec<u8> = (0..37 * 23_u32).flat_map(|n| [n as u8, (n * 7) as u8, (n / 3) as u8, 255]).collect();
        let frame = Frame { size, pixels, ..Frame::default() };
        let bytes = frame.to_png().expect("written");
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().expect("a PNG file");
        let mut back = vec![0; reader.output_buffer_size().expect("small")];
        reader.next_frame(&mut back).expect("whole");
        let colours: Vec<u8> = frame.pixels.chunks_exact(4).flat_map(|p| p[..3].to_vec()).collect();
        assert_eq!(back, colours);
    }
}
