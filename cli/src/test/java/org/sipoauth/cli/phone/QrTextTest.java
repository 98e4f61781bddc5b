package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QrTextTest {
    private static final int PIXELS = 8;

    @ParameterizedTest
    @ValueSource(strings = {"x", "https://sso.example.com:8443/device?user_code=WDJB-MJHT"})
    void isReadByACamera(String text) throws ReaderException {
        assertThat(read(QrText.draw(text))).isEqualTo(text);
    }

    @Test
    void fitsTerminalsOf80Columns() {
        List<String> lines = QrText.draw("https://a-rather-long-name.sso.example.com:8443/device?user_code=WDJB-MJHT");

        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    /** As a dark terminal shows it. */
    private static String read(List<String> lines) throws ReaderException {
        int width = lines.get(0).length() * PIXELS;
        int height = lines.size() * 2 * PIXELS;
        int[] pixels = new int[width * height];
        Arrays.fill(pixels, 0x000000);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int row = y / PIXELS;
                char c = lines.get(row / 2).charAt(x / PIXELS);
                boolean light = c == '█' || c == (row % 2 == 0 ? '▀' : '▄');
                if (light) {
                    pixels[y * width + x] = 0xffffff;
                }
            }
        }
        RGBLuminanceSource source = new RGBLuminanceSource(width, height, pixels);
        return new QRCodeReader()
                .decode(new BinaryBitmap(new HybridBinarizer(source)))
                .getText();
    }
}
