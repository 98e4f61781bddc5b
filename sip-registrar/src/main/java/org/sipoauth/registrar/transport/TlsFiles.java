package org.sipoauth.registrar.transport;

import java.nio.file.Path;
import java.util.Optional;

/**
 * PEM files of the TLS listeners, read again when they change.
 *
 * @param certificate the node's certificate, then its intermediates
 * @param privateKey its key, PKCS#8, not encrypted
 * @param clientCa the CAs of edges; without it there is no mutual-TLS port
 */
public record TlsFiles(Path certificate, Path privateKey, Optional<Path> clientCa) {}
