/** {@code dev-pki}: a local certificate authority for development. */
@NullMarked
package org.sipoauth.cli.pki;

import org.jspecify.annotations.NullMarked;
