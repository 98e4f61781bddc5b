package org.sipoauth.registrar.location;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.verifier.status.StatusReference;

/**
 * The bindings of one address-of-record as bytes: what several registrars share. The same bindings are always the same bytes,
 * and none are none, so that records can be compared without being read.
 */
final class BindingRecord {
    /** Nothing is registered. */
    static final byte[] NONE = {};

    /**
     * The first byte. Whatever the release before cannot read takes the next number, below {@link #NO_FORMAT}: a record of a later
     * number that release leaves alone, one of this number that it cannot read it removes.
     */
    static final int FORMAT = 2;

    /** The same without flows: what registrars of before write, beside which this one may run. */
    private static final int WITHOUT_FLOWS = 1;

    /** Formats have the numbers of control characters: what begins with anything else was put there by hand, or by another program. */
    static final int NO_FORMAT = ' ';

    private BindingRecord() {}

    static byte[] encode(List<Binding> bindings) {
        if (bindings.isEmpty()) {
            return NONE;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 * bindings.size());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.writeInt(bindings.size());
            for (Binding binding : bindings) {
                write(binding, out);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void write(Binding binding, DataOutputStream out) throws IOException {
        out.writeUTF(binding.contact().toString());
        out.writeBoolean(binding.deviceName().isPresent());
        if (binding.deviceName().isPresent()) {
            out.writeUTF(binding.deviceName().get());
        }
        out.writeUTF(binding.callId());
        out.writeLong(binding.cseq());
        out.writeLong(binding.expiresAt().toEpochMilli());
        out.writeInt(binding.path().size());
        for (String hop : binding.path()) {
            out.writeUTF(hop);
        }
        out.writeBoolean(binding.status().isPresent());
        if (binding.status().isPresent()) {
            out.writeUTF(binding.status().get().uri());
            out.writeInt(binding.status().get().index());
        }
        out.writeBoolean(binding.flow().isPresent());
        if (binding.flow().isPresent()) {
            out.writeUTF(binding.flow().get());
        }
    }

    /**
     * @throws ForeignRecordException if a registrar of a later release has written it
     * @throws DamagedRecordException if it is of no release; the message says what is wrong
     */
    static List<Binding> decode(String addressOfRecord, byte[] record) throws DamagedRecordException {
        if (record.length == 0) {
            return List.of();
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(record))) {
            int format = in.readUnsignedByte();
            if (format < WITHOUT_FLOWS || format >= NO_FORMAT) {
                throw new DamagedRecordException("it begins with " + format + ", which is no format");
            }
            if (format > FORMAT) {
                throw new ForeignRecordException(addressOfRecord, format, FORMAT);
            }
            List<Binding> bindings = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                bindings.add(read(addressOfRecord, format, in));
            }
            if (in.available() > 0) {
                throw new IOException("bytes behind the last binding");
            }
            return bindings;
        } catch (IOException | IllegalArgumentException damaged) {
            throw new DamagedRecordException("it begins in format " + record[0] + ", then: "
                    + (damaged instanceof EOFException ? "it ends too early" : damaged.getMessage()));
        }
    }

    private static Binding read(String addressOfRecord, int format, DataInputStream in) throws IOException {
        return new Binding(
                addressOfRecord,
                Contact.parse(in.readUTF()),
                in.readBoolean() ? Optional.of(in.readUTF()) : Optional.empty(),
                in.readUTF(),
                in.readLong(),
                Instant.ofEpochMilli(in.readLong()),
                readPath(in),
                in.readBoolean() ? Optional.of(new StatusReference(in.readUTF(), in.readInt())) : Optional.empty(),
                format != WITHOUT_FLOWS && in.readBoolean() ? Optional.of(in.readUTF()) : Optional.empty());
    }

    private static List<String> readPath(DataInputStream in) throws IOException {
        List<String> path = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            path.add(in.readUTF());
        }
        return path;
    }
}
