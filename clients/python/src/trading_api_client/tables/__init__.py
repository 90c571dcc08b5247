"""Lists of the wire's objects as tables: DataFrames, text and HTML.

Every table has the wire's field names as its columns, in the wire's order. Times are aware
datetimes. Enumerations are categories with the names of their members, such as `BUY` and `WORKING`.
Money is float64, as on the wire: the number that is nearest to the server's exact amount."""

from trading_api_client.tables.model_list import ModelList
from trading_api_client.tables.optional_library import MissingLibrary, import_library
from trading_api_client.tables.pandas_table import to_pandas, to_timestamps
from trading_api_client.tables.polars_table import to_polars

__all__ = [
    "MissingLibrary",
    "ModelList",
    "import_library",
    "to_pandas",
    "to_polars",
    "to_timestamps",
]
