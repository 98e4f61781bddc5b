/** JSON objects from elsewhere, read strictly. */
@NullMarked
package org.sipoauth.cli.json;

import org.jspecify.annotations.NullMarked;
