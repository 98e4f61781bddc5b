package org.sipoauth.registrar;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/** The system's limit of open files, of which each connection is one. */
final class OpenFiles {
    /** For jars, certificates, logs, the ports themselves, and connections to server and Redis. */
    static final int BESIDE_CONNECTIONS = 512;

    private OpenFiles() {}

    /** Of this process; empty on systems that have none. */
    static OptionalLong limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? OptionalLong.of(unix.getMaxFileDescriptorCount())
                : OptionalLong.empty();
    }
}
