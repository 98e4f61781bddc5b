package org.sipoauth.keys.store;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;

/**
 * The key that encrypts a ring at rest: 256 bits, written as 43 characters of base64url. Lose it and the ring is lost;
 * keep it apart from the ring's backups. {@link #toString} prints its id, which is no secret.
 */
public final class MasterKey {
    private static final int BYTES = 32;

    private final byte[] secret;
    private final String id;

    private MasterKey(byte[] secret) {
        this.secret = secret;
        this.id = idOf(secret);
    }

    /**
     * Reads a master key in the form that {@link #create} writes.
     *
     * @throws KeyRingStoreException if there is no such file, others than its owner can read it, or it holds no key
     */
    public static MasterKey fromFile(Path file) {
        try {
            String text = Files.readString(file).strip();
            OwnerOnlyFile.requireOwnerOnly(file);
            return parse(text, file.toString());
        } catch (NoSuchFileException e) {
            throw new KeyRingStoreException("there is no master key at " + file
                    + ": restore it from where you keep it; a new one cannot open the old ring");
        } catch (IOException e) {
            throw new KeyRingStoreException("cannot read the master key from " + file, e);
        }
    }

    /**
     * Takes a master key from text, such as an environment variable's value.
     *
     * @param origin what to call the place in an error message
     * @throws KeyRingStoreException if it is not 32 bytes in base64url
     */
    public static MasterKey parse(String text, String origin) {
        try {
            byte[] secret = Base64.getUrlDecoder().decode(text);
            if (secret.length == BYTES) {
                return new MasterKey(secret);
            }
        } catch (IllegalArgumentException e) {
            // answered below, without the text
        }
        throw new KeyRingStoreException(
                origin + " holds no master key: expected 32 random bytes as 43 characters of base64url");
    }

    /**
     * Makes a new master key and writes it to a new file that only its owner can read.
     *
     * @throws KeyRingStoreException if the file exists already, or cannot be written
     */
    public static MasterKey create(Path file) {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        try {
            OwnerOnlyFile.create(file, Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "\n");
            OwnerOnlyFile.forceFolder(OwnerOnlyFile.folderOf(file));
        } catch (FileAlreadyExistsException e) {
            throw new KeyRingStoreException(file + " exists already, and a master key is never overwritten");
        } catch (IOException e) {
            throw new KeyRingStoreException("cannot write a master key to " + file, e);
        }
        return new MasterKey(secret);
    }

    /** A name for this key that tells it from others and gives nothing away. */
    public String id() {
        return id;
    }

    /**
     * Encrypts and authenticates.
     *
     * @return a JWE in compact serialization, {@code dir} with {@code A256GCM} (RFC 7518 §4.5, §5.3); its {@code kid}
     *     is {@link #id}
     */
    public String seal(String plaintext) {
        try {
            JWEHeader header = new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.A256GCM)
                    .keyID(id)
                    .build();
            JWEObject jwe = new JWEObject(header, new Payload(plaintext));
            jwe.encrypt(new DirectEncrypter(secret));
            return jwe.serialize();
        } catch (JOSEException e) {
            throw new KeyRingStoreException("encrypting under master key " + id + " failed", e);
        }
    }

    /** Whether {@code sealed} names this key as the one it was sealed under; says nothing about its being intact. */
    public boolean hasSealed(String sealed) {
        try {
            return id.equals(JWEObject.parse(sealed).getHeader().getKeyID());
        } catch (ParseException e) {
            return false;
        }
    }

    /**
     * Reads what {@link #seal} wrote.
     *
     * @param origin what to call the place in an error message
     * @throws KeyRingStoreException if it was sealed under another key, was changed, or is something else
     */
    public String open(String sealed, String origin) {
        JWEObject jwe;
        try {
            jwe = JWEObject.parse(sealed);
        } catch (ParseException e) {
            throw new KeyRingStoreException(origin + " holds no encrypted key ring; it is left as it is");
        }
        if (!id.equals(jwe.getHeader().getKeyID())) {
            throw new KeyRingStoreException(origin + " is encrypted under master key "
                    + jwe.getHeader().getKeyID() + ", but the one given is " + id
                    + ": give the server its own master key, the ring is left as it is");
        }
        try {
            jwe.decrypt(new DirectDecrypter(secret));
            return jwe.getPayload().toString();
        } catch (JOSEException e) {
            throw new KeyRingStoreException(origin + " was changed or damaged since it was written: restore a backup");
        }
    }

    private static String idOf(byte[] secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 9));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "master key " + id;
    }
}
