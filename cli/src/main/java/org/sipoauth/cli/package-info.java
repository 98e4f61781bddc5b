/** sipoauth: administration, token tools, phone simulator. */
@NullMarked
package org.sipoauth.cli;

import org.jspecify.annotations.NullMarked;
