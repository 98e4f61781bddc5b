/** Looks at and changes the key ring: through a server's administration interface, or a ring file directly. */
@NullMarked
package org.sipoauth.cli.keys;

import org.jspecify.annotations.NullMarked;
