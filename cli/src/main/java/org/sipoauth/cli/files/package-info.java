/** Files that hold secrets. */
@NullMarked
package org.sipoauth.cli.files;

import org.jspecify.annotations.NullMarked;
