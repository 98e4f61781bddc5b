/** {@code sipoauth activation}: codes by which desk phones sign in. */
@NullMarked
package org.sipoauth.cli.activation;

import org.jspecify.annotations.NullMarked;
