/** HTTPS and TLS as a client: whom to trust, and requests that cannot hang or flood. */
@NullMarked
package org.sipoauth.cli.http;

import org.jspecify.annotations.NullMarked;
