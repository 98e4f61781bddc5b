/** {@code inspect} and {@code verify}: access tokens, looked at and checked. */
@NullMarked
package org.sipoauth.cli.token;

import org.jspecify.annotations.NullMarked;
