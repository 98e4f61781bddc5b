package org.sipoauth.cli.phone;

import io.nayuki.qrcodegen.QrCode;
import java.util.ArrayList;
import java.util.List;

/** A QR code in block characters, two modules high each; light on a dark terminal, as they mostly are. */
final class QrText {
    private static final int QUIET_MODULES = 4; // ISO/IEC 18004

    private QrText() {}

    static List<String> draw(String text) {
        QrCode code = QrCode.encodeText(text, QrCode.Ecc.LOW);
        List<String> lines = new ArrayList<>();
        for (int y = -QUIET_MODULES; y < code.size + QUIET_MODULES; y += 2) {
            StringBuilder line = new StringBuilder();
            for (int x = -QUIET_MODULES; x < code.size + QUIET_MODULES; x++) {
                boolean upperIsDark = code.getModule(x, y);
                boolean lowerIsDark = code.getModule(x, y + 1);
                line.append(upperIsDark ? lowerIsDark ? ' ' : '▄' : lowerIsDark ? '▀' : '█');
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
