package org.sipoauth.authz.devicegrant;

import io.nayuki.qrcodegen.QrCode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The address of the page with its code as a QR code, for phones that can show an image but draw none. Looks nothing up:
 * it draws any well-formed code, and tells nobody whether it is in use.
 */
@Controller
final class QrCodeEndpoint {
    private static final int PIXELS_A_MODULE = 6;
    private static final int QUIET_MODULES = 4; // ISO/IEC 18004

    private final VerificationAddress address;

    QrCodeEndpoint(VerificationAddress address) {
        this.address = address;
    }

    @GetMapping(VerificationAddress.QR_CODE)
    ResponseEntity<byte[]> qrCode(@RequestParam("user_code") String typed) {
        return UserCode.parse(typed)
                .map(code -> ResponseEntity.ok()
                        .contentType(MediaType.IMAGE_PNG)
                        .cacheControl(CacheControl.noStore())
                        .body(png(address.pageFor(code.shown()))))
                .orElseGet(() -> ResponseEntity.badRequest().build());
    }

    private static byte[] png(String text) {
        QrCode code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM);
        int size = (code.size + 2 * QUIET_MODULES) * PIXELS_A_MODULE;
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_BINARY);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                boolean dark = code.getModule(x / PIXELS_A_MODULE - QUIET_MODULES, y / PIXELS_A_MODULE - QUIET_MODULES);
                image.setRGB(x, y, dark ? 0x000000 : 0xffffff);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new IllegalStateException("an image could not be written to memory", e);
        }
        return png.toByteArray();
    }
}
