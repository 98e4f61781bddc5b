/** {@code mode}: the SIP OAuth mode of a platform. */
@NullMarked
package org.sipoauth.cli.mode;

import org.jspecify.annotations.NullMarked;
