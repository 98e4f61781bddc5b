/** {@code parameter}: what administrators change while the servers run. */
@NullMarked
package org.sipoauth.cli.parameter;

import org.jspecify.annotations.NullMarked;
